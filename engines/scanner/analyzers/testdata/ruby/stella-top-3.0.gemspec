# -*- encoding: utf-8 -*-
# stub: stella-top 3.0 ruby lib

Gem::Specification.new do |s|
  s.name = "stella-top".freeze
  s.version = "3.0"

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["Li Wei".freeze]
  s.date = "2026-11-25"
  s.description = "Says \"hello\"\nin two lines, s.licenses = [\"no\"]".freeze
  s.homepage = "https://example.org".freeze
  s.licenses = ["BSD-2-Clause".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "A gem of the scanner's tests".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version

  if s.respond_to? :specification_version then
    s.specification_version = 4
  end

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<stella-native>.freeze, [">= 0"])
    s.add_runtime_dependency(%q<json>.freeze, ["~> 2.6"])
    s.add_development_dependency(%q<minitest>.freeze, ["~> 5"])
  else
    s.add_dependency(%q<stella-native>.freeze, [">= 0"])
    s.add_dependency(%q<json>.freeze, ["~> 2.6"])
    s.add_dependency(%q<minitest>.freeze, ["~> 5"])
  end
end
