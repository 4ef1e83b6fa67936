// SPDX-License-Identifier: Apache-2.0
/**
 * Tables of the one SQLite file. A migration is never edited once released; the file's `user_version` is how many
 * of them it has seen.
 */

/** "SteO" in ASCII; tells our files from other programs' (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x5374_654f;

export const migrations: readonly string[] = [
  `
  CREATE TABLE documents (
    collection TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    UNIQUE (collection, id)
  ) STRICT;

  -- Which top-level body fields are searchable, and their values as JSON text (long ones as a digest).
  CREATE TABLE indexed_fields (
    collection TEXT NOT NULL,
    field      TEXT NOT NULL,
    PRIMARY KEY (collection, field)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE field_values (
    collection TEXT NOT NULL,
    field      TEXT NOT NULL,
    value      TEXT NOT NULL,
    id         TEXT NOT NULL,
    PRIMARY KEY (collection, field, value, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX field_values_by_id ON field_values (collection, id);

  -- state: ready, delayed (until due_ms), running, dead (died: order of deaths)
  CREATE TABLE jobs (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    queue        TEXT NOT NULL,
    id           TEXT NOT NULL,
    payload      TEXT NOT NULL,
    state        TEXT NOT NULL,
    priority     INTEGER NOT NULL,
    due_ms       INTEGER NOT NULL,
    attempt      INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    crashes      INTEGER NOT NULL,
    died         INTEGER,
    code         TEXT,
    message      TEXT,
    UNIQUE (queue, id)
  ) STRICT;
  CREATE INDEX jobs_by_turn ON jobs (queue, state, priority DESC, seq);
  CREATE INDEX jobs_by_due ON jobs (queue, due_ms) WHERE state = 'delayed';
  CREATE INDEX jobs_by_death ON jobs (queue, died) WHERE state = 'dead';
  `,
];
