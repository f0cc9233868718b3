-- +goose Up
-- What runs by the clock, mail that waits to be sent, and what is withheld.

-- Bookkeeping, not acts: the next three change without a row in the trail.

-- A letter that waits. It names a person or, where there is no account, an address; its text is made
-- when it is sent. It goes with the act it tells of, in the same transaction, and is deleted when sent.
CREATE TABLE letter (
  id      {text}  NOT NULL PRIMARY KEY,
  person  {text},           -- none: doc names an address
  next_at {int64} NOT NULL, -- not before
  tries   {int64} NOT NULL,
  failed  {text}  NOT NULL, -- why the last try did not work, without an address
  doc     {text}  NOT NULL
) {strict};
CREATE INDEX letter_by_time ON letter (next_at);
CREATE INDEX letter_by_person ON letter (person);

-- Something that somebody is to answer once: the challenge of a passkey, the state of a sign-in
-- elsewhere. id is a hash.
CREATE TABLE challenge (
  id         {text}  NOT NULL PRIMARY KEY,
  expires_at {int64} NOT NULL,
  doc        {text}  NOT NULL
) {strict};
CREATE INDEX challenge_by_age ON challenge (expires_at);

-- What runs by the clock. Several servers may share one database: whoever holds the lease runs it.
CREATE TABLE job (
  name        {text}  NOT NULL PRIMARY KEY,
  next_at     {int64} NOT NULL,
  lease_until {int64} NOT NULL,
  owner       {text}  NOT NULL,
  started_at  {int64} NOT NULL, -- 0: never
  ended_at    {int64} NOT NULL,
  outcome     {text}  NOT NULL,
  failed      {text}  NOT NULL  -- empty: the last run did its work
) {strict};

-- Suspected illegal content, taken out of where it stood: nothing else reads held and file, no export
-- and no backup has them. id is the object in the trail. The trail holds a hash of doc and state.
CREATE TABLE quarantine (
  id          {text}  NOT NULL PRIMARY KEY,
  round       {int64} NOT NULL,
  state       {text}  NOT NULL,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL,
  held        {text}  NOT NULL, -- empty: put back, deleted, or left out of a backup
  file        {bytes}
) {strict};
CREATE INDEX quarantine_by_state ON quarantine (state);
