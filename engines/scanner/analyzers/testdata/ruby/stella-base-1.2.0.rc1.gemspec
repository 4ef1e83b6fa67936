# -*- encoding: utf-8 -*-
# stub: stella-base 1.2.0.rc1 ruby lib

Gem::Specification.new do |s|
  s.name = "stella-base".freeze
  s.version = "1.2.0.rc1"

  s.required_rubygems_version = Gem::Requirement.new("> 1.3.1".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["Zo\u00EB \"Z\" \u00C5ngstr\u00F6m".freeze, "Li Wei".freeze]
  s.date = "2026-11-25"
  s.description = "Says \"hello\"\nin two lines, s.licenses = [\"no\"]".freeze
  s.homepage = "https://example.org".freeze
  s.licenses = ["MIT".freeze, "Apache-2.0".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "A gem of the scanner's tests".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version
end
