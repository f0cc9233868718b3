-- +goose Up
-- The first tables. Words in braces are types that differ between the engines (dialect.go).
--
-- Rules of every table here, so that it also runs spread over machines (Citus): ids are made by the
-- program, never by the database; no triggers; times are microseconds since 1970 in UTC, days are
-- yyyymmdd; JSON is text and never queried. The two big tables, observation and its history, carry
-- the area in every key; all other tables are small and can be copied to every machine.

-- Who did what, in one order. Each row holds the hash of the row before it, so that a row changed,
-- removed, added or moved behind the program is found (waymark verify). Codes only: personal data
-- never enter. seq is also the data version: it grows with every committed change.
CREATE TABLE audit (
  seq            {int64} NOT NULL PRIMARY KEY CHECK (seq > 0),
  prev           {text}  NOT NULL, -- hash of the row before, in hex; empty for the first
  at             {int64} NOT NULL,
  person         {text}  NOT NULL,
  organisation   {text}  NOT NULL,
  role           {text}  NOT NULL,
  act            {text}  NOT NULL,
  object         {text}  NOT NULL, -- kind and code: source/un-members
  version_before {int64} NOT NULL, -- 0: it was not there
  version_after  {int64} NOT NULL,
  reason         {text}  NOT NULL,
  request        {text}  NOT NULL, -- ties the rows of one request together
  detail         {text}  NOT NULL, -- canonical JSON: counts, and hashes of what was written
  hash           {text}  NOT NULL  -- SHA-256 of the canonical JSON of all the above, in hex
) {strict};

-- The end of the chain: one row. Every writer locks it first, so that writers follow one another.
CREATE TABLE audit_head (
  id   {int64} NOT NULL PRIMARY KEY CHECK (id = 1),
  seq  {int64} NOT NULL,
  hash {text}  NOT NULL
) {strict};
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');

-- Places as one tree: world, region, country, and what may come below.
CREATE TABLE area (
  code   {text} NOT NULL PRIMARY KEY,
  parent {text} REFERENCES area (code), -- none: the top
  kind   {text} NOT NULL
) {strict};

CREATE TABLE framework_version (
  framework   {text}  NOT NULL,
  number      {int64} NOT NULL CHECK (number > 0),
  title       {text}  NOT NULL,
  state       {text}  NOT NULL,
  sha256      {text}  NOT NULL, -- of doc, in hex
  saved_at    {int64} NOT NULL,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL, -- the whole version as JSON
  PRIMARY KEY (framework, number)
) {strict};

CREATE TABLE source (
  code        {text}  NOT NULL PRIMARY KEY,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL  -- what is known of it, as JSON
) {strict};

-- One file taken in. changed_seq is the audit row that saved it or, if it was taken back, that one.
CREATE TABLE batch (
  id           {text}  NOT NULL PRIMARY KEY,
  source       {text}  NOT NULL REFERENCES source (code),
  doc          {text}  NOT NULL, -- the batch as JSON, as it was saved
  content      {text}  NOT NULL, -- hash of what the client sent: tells a retry from another batch
  saved_at     {int64} NOT NULL,
  withdrawn_at {int64} NOT NULL, -- 0: it stands
  changed_seq  {int64} NOT NULL
) {strict};
CREATE INDEX batch_by_change ON batch (changed_seq);

-- What stands now: one row for each thing a source says. seq is the audit row that wrote it. That its
-- area and source are known is checked by the one writer for a whole batch at once: a foreign key
-- would look both up for every row (measured on PostgreSQL: it doubles the time of a bulk insert).
CREATE TABLE observation (
  area         {text}  NOT NULL,
  indicator    {text}  NOT NULL,
  period_start {int64} NOT NULL,
  period_end   {int64} NOT NULL,
  sex          {text}  NOT NULL,
  age          {text}  NOT NULL,
  item         {text}  NOT NULL,
  source       {text}  NOT NULL,
  answer       {text}  NOT NULL,
  value        {text},           -- exact decimal; none: there is no value, which is never 0
  value_number {double},         -- the same, rounded, for sums inside the database
  numerator    {text},
  denominator  {text},
  status       {text}  NOT NULL,
  conf         {text}  NOT NULL,
  nature       {text}  NOT NULL,
  proven_on    {int64} NOT NULL, -- 0: undated
  note         {text}  NOT NULL,
  citation     {text}  NOT NULL,
  batch        {text}  NOT NULL,
  recorded_at  {int64} NOT NULL,
  row_version  {int64} NOT NULL,
  seq          {int64} NOT NULL,
  PRIMARY KEY (area, indicator, period_start, period_end, sex, age, item, source),
  CHECK (period_start <= period_end)
) {strict, clustered};
CREATE INDEX observation_by_indicator ON observation (indicator, area, period_start, period_end, sex, age, item, source);

-- What stood before: rows that a later batch changed (withdrawn 0) or that were taken back with
-- their batch (withdrawn 1). ended_by and ended_seq are the batch and the audit row that ended them.
CREATE TABLE observation_history (
  area         {text}  NOT NULL,
  indicator    {text}  NOT NULL,
  period_start {int64} NOT NULL,
  period_end   {int64} NOT NULL,
  sex          {text}  NOT NULL,
  age          {text}  NOT NULL,
  item         {text}  NOT NULL,
  source       {text}  NOT NULL,
  answer       {text}  NOT NULL,
  value        {text},
  value_number {double},
  numerator    {text},
  denominator  {text},
  status       {text}  NOT NULL,
  conf         {text}  NOT NULL,
  nature       {text}  NOT NULL,
  proven_on    {int64} NOT NULL,
  note         {text}  NOT NULL,
  citation     {text}  NOT NULL,
  batch        {text}  NOT NULL,
  recorded_at  {int64} NOT NULL,
  row_version  {int64} NOT NULL,
  seq          {int64} NOT NULL,
  ended_at     {int64} NOT NULL,
  ended_by     {text}  NOT NULL,
  ended_seq    {int64} NOT NULL,
  withdrawn    {int64} NOT NULL CHECK (withdrawn IN (0, 1)),
  PRIMARY KEY (area, indicator, period_start, period_end, sex, age, item, source, row_version)
) {strict, clustered};
CREATE INDEX observation_history_by_batch ON observation_history (batch);
CREATE INDEX observation_history_by_end ON observation_history (ended_by);
