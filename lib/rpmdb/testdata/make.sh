#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the databases of this folder, as root. Needs rpm 4.18 configured with --enable-ndb --enable-bdb-ro, db-util, gpg, python3.
set -eu
rpm=${RPM:-rpm} out=$PWD work=$(mktemp -d)
list='%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM} %{LICENSE}\n'
for spec in "$out"/specs/*.spec; do
  rpmbuild -bb --define "_topdir $work" --define "_buildhost example" --define "_binary_payload w1.gzdio" "$spec"
done
export GNUPGHOME="$work/gpg"
mkdir -m 700 "$GNUPGHOME"
gpg --batch --passphrase '' --quick-gen-key 'Example <key@example.org>' rsa2048 sign never
gpg --armor --export > "$work/key.asc"
gpgconf --kill gpg-agent
for backend in sqlite ndb; do
  db() { "$rpm" --root "$work/$backend" --define "_db_backend $backend" --dbpath /db "$@"; }
  install() { db -i --nodeps --noscripts --nosignature --nodigest --excludedocs "$@"; }
  mkdir "$work/$backend"
  db --initdb
  db --import "$work/key.asc"
  install $(find "$work/RPMS" -name '*.rpm' | LC_ALL=C sort)
  db -e --nodeps stella-tiny # leaves a hole
  install "$work"/RPMS/noarch/stella-tiny-*.rpm
  db -qa --qf "$list" | LC_ALL=C sort > "$work/packages.$backend"
  db -qal | grep '^/' | LC_ALL=C sort > "$work/files.$backend"
  db -qa --qf '[%{=NAME} %{FILESTATES} %{FILEMODES:perms} %{FILENAMES}\n]' | grep ' /' | LC_ALL=C sort > "$work/states.$backend"
  db -qa --qf '[%{=NAME} %{PROVIDENAME}\n]' | LC_ALL=C sort > "$work/provides.$backend"
  db -qa --qf '[%{=NAME} %{REQUIRENAME}\n]' | LC_ALL=C sort > "$work/requires.$backend"
  db -qa --qf '%{NAME}\t%{VERSION}-%{RELEASE}\t%{INSTALLTIME}\t%{BUILDTIME}\t%{VENDOR}\t%{EPOCH}\t%{SIZE}\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}\n' > "$work/manifest.$backend"
done
for kind in packages files states provides requires; do cmp "$work/$kind.sqlite" "$work/$kind.ndb"; done
cp "$work/packages.sqlite" "$out/packages.txt"
cp "$work/manifest.sqlite" "$out/../../../engines/scanner/analyzers/testdata/rpm/container-manifest-2"
for kind in states provides requires; do grep -v '^stella-many .*/folder-' "$work/$kind.sqlite" > "$out/$kind.txt"; done
gzip -9n < "$work/files.sqlite" > "$out/files.txt.gz"
gzip -9n < "$work/sqlite/db/rpmdb.sqlite" > "$out/rpmdb.sqlite.gz"
gzip -9n < "$work/ndb/db/Packages.db" > "$out/Packages.db.gz"
for order in 1234 4321; do # the same headers in Berkeley DB hashes, which rpm only reads since 4.17
  mkdir "$work/bdb$order"
  python3 "$out/to-db-load.py" "$work/sqlite/db/rpmdb.sqlite" "$order" | db_load -c "db_lorder=$order" "$work/bdb$order/Packages"
  db_verify "$work/bdb$order/Packages"
  "$rpm" --define '_db_backend bdb_ro' --dbpath "$work/bdb$order" -qa --qf "$list" | LC_ALL=C sort | cmp - "$out/packages.txt"
  gzip -9n < "$work/bdb$order/Packages" > "$out/Packages.$order.gz"
done
rm -r "$work"
