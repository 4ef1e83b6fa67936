# SPDX-License-Identifier: Apache-2.0
"""Header blobs of an rpmdb.sqlite as input for db_load(1): keys are header numbers in the byte order asked for."""
import sqlite3
import struct
import sys

path, order = sys.argv[1:]
number = struct.Struct(">I" if order == "4321" else "<I")
with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
    rows = list(database.execute("SELECT hnum, blob FROM Packages ORDER BY hnum"))
print("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END")
# rpm keeps its counter of header numbers under key 0
for key, value in [(0, number.pack(rows[-1][0] + 1)), *rows]:
    print(f" {number.pack(key).hex()}\n {value.hex()}")
print("DATA=END")
