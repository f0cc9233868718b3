-- +goose Up
-- Organisations, people, what they may do, and releases. Everything here but the last four tables is in the
-- trail: the hash of a row as saved (of doc and the columns beside it) stands in its newest audit row.

CREATE TABLE organisation (
  code        {text}  NOT NULL PRIMARY KEY,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL
) {strict};

-- Personal data are in doc and email alone. The trail holds a hash of them made with salt, so that
-- taking the three away forgets the person and leaves the chain whole.
CREATE TABLE person (
  id          {text}  NOT NULL PRIMARY KEY,
  row_version {int64} NOT NULL,
  email       {text}  UNIQUE,    -- folded; none: erased
  salt        {text}  NOT NULL,  -- 256 random bits, in hex; empty: erased
  doc         {text}  NOT NULL
) {strict};

CREATE TABLE role_grant (
  id          {text}  NOT NULL PRIMARY KEY,
  person      {text}  NOT NULL REFERENCES person (id),
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL
) {strict};
CREATE INDEX role_grant_by_person ON role_grant (person);

CREATE TABLE mandate (
  id          {text}  NOT NULL PRIMARY KEY,
  person      {text}  NOT NULL REFERENCES person (id),
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL
) {strict};
CREATE INDEX mandate_by_person ON mandate (person);

-- Secrets sent to somebody: id is the hash of the secret.
CREATE TABLE link (
  id          {text}  NOT NULL PRIMARY KEY,
  person      {text}  NOT NULL REFERENCES person (id),
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL
) {strict};

-- API tokens: id is the public part, doc holds the hash of the secret.
CREATE TABLE token (
  id          {text}  NOT NULL PRIMARY KEY,
  person      {text}  NOT NULL REFERENCES person (id),
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL
) {strict};
CREATE INDEX token_by_person ON token (person);

-- Acts that one person proposed and a person of a second organisation decides on. open_key is the
-- act and its object while it is open, so that there is one at a time.
CREATE TABLE approval (
  id          {text}  NOT NULL PRIMARY KEY,
  state       {text}  NOT NULL,
  open_key    {text}  UNIQUE,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL
) {strict};
CREATE INDEX approval_by_state ON approval (state);

-- Rules people agreed on: every version stays.
CREATE TABLE setting (
  name    {text}  NOT NULL,
  version {int64} NOT NULL CHECK (version > 0),
  doc     {text}  NOT NULL,
  PRIMARY KEY (name, version)
) {strict};

-- Frozen figures. body never changes; doc, which names the hash of body, changes with what people do.
CREATE TABLE release (
  id          {text}  NOT NULL PRIMARY KEY,
  state       {text}  NOT NULL,
  created_at  {int64} NOT NULL,
  opens_at    {int64} NOT NULL, -- embargo: not before; 0: none
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL,
  body        {text}  NOT NULL
) {strict};

-- Bookkeeping, not acts: what follows changes without a row in the trail and is deleted when it is old.

-- id is the hash of the secret in the cookie.
CREATE TABLE session (
  id         {text}  NOT NULL PRIMARY KEY,
  person     {text}  NOT NULL REFERENCES person (id),
  half       {int64} NOT NULL CHECK (half IN (0, 1)), -- 1: the second factor is still to come
  strong     {int64} NOT NULL CHECK (strong IN (0, 1)),
  round      {text}  NOT NULL,
  created_at {int64} NOT NULL,
  seen_at    {int64} NOT NULL,
  stepped_at {int64} NOT NULL, -- when the second factor was last shown; 0: never
  pending    {text}  NOT NULL
) {strict};
CREATE INDEX session_by_person ON session (person);
CREATE INDEX session_by_age ON session (created_at);

-- The last step of an authenticator app, the counter of a key, the last use of a token.
CREATE TABLE last_use (
  id   {text}  NOT NULL PRIMARY KEY,
  step {int64} NOT NULL
) {strict};

-- How often something was tried: id is a hash, free_at the moment of the next attempt in line.
CREATE TABLE pace (
  id      {text}  NOT NULL PRIMARY KEY,
  free_at {int64} NOT NULL
) {strict};
CREATE INDEX pace_by_age ON pace (free_at);

-- Signed notes of where the trail ends. They prove themselves.
CREATE TABLE checkpoint (
  seq     {int64} NOT NULL PRIMARY KEY, -- of the newest audit row it covers
  made_at {int64} NOT NULL,
  note    {text}  NOT NULL
) {strict};
