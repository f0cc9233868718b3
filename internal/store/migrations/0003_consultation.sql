-- +goose Up
-- Consultations. Everything but the private columns and the original files is sealed: the hash of all
-- rows of a round stands in the newest audit row about it, whose number its column writes has. What names
-- a person (author, sender) stands in a column of its own, outside the documents and the seal, so that it
-- can be taken away.

CREATE TABLE consultation_round (
  number      {int64} NOT NULL PRIMARY KEY,
  row_version {int64} NOT NULL, -- of doc: what people edit
  writes      {int64} NOT NULL, -- of everything in the round: what the trail counts
  doc         {text}  NOT NULL
) {strict};

CREATE TABLE consultation_submission (
  id          {text}  NOT NULL PRIMARY KEY,
  round       {int64} NOT NULL REFERENCES consultation_round (number),
  number      {int64} NOT NULL,
  row_version {int64} NOT NULL,
  sha256      {text},           -- of the original file; none: it came without one
  doc         {text}  NOT NULL,
  private     {text}  NOT NULL, -- who sent it
  original    {bytes},          -- the file as it came; never published
  UNIQUE (round, number),
  UNIQUE (round, sha256)
) {strict};

CREATE TABLE consultation_comment (
  id          {text}  NOT NULL PRIMARY KEY,
  round       {int64} NOT NULL REFERENCES consultation_round (number),
  number      {int64} NOT NULL,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL,
  private     {text}  NOT NULL, -- the author as found in the file
  UNIQUE (round, number)
) {strict};

CREATE TABLE consultation_amendment (
  id          {text}  NOT NULL PRIMARY KEY,
  round       {int64} NOT NULL REFERENCES consultation_round (number),
  number      {int64} NOT NULL,
  row_version {int64} NOT NULL,
  doc         {text}  NOT NULL,
  private     {text}  NOT NULL, -- the author as found in the file
  UNIQUE (round, number)
) {strict};

-- Who speaks in a comment or an amendment: several organisations may, and an organisation in many.
CREATE TABLE consultation_attribution (
  round        {int64} NOT NULL REFERENCES consultation_round (number),
  spoken       {text}  NOT NULL, -- id of the comment or the amendment
  position     {int64} NOT NULL, -- as printed, from 0
  organisation {text}  NOT NULL, -- code; empty: the label is no known organisation
  label        {text}  NOT NULL,
  how          {text}  NOT NULL,
  confirmed_by {text}  NOT NULL, -- empty: a proposal
  confirmed_at {int64} NOT NULL,
  PRIMARY KEY (round, spoken, position)
) {strict};
CREATE INDEX consultation_attribution_by_organisation ON consultation_attribution (organisation);

-- Answers are only added; number is their order.
CREATE TABLE consultation_disposition (
  id     {text}  NOT NULL PRIMARY KEY,
  round  {int64} NOT NULL REFERENCES consultation_round (number),
  number {int64} NOT NULL,
  doc    {text}  NOT NULL,
  UNIQUE (round, number)
) {strict};

CREATE TABLE consultation_group (
  id     {text}  NOT NULL PRIMARY KEY,
  round  {int64} NOT NULL REFERENCES consultation_round (number),
  number {int64} NOT NULL,
  doc    {text}  NOT NULL,
  UNIQUE (round, number)
) {strict};

CREATE TABLE consultation_response (
  id     {text}  NOT NULL PRIMARY KEY,
  round  {int64} NOT NULL REFERENCES consultation_round (number),
  number {int64} NOT NULL,
  doc    {text}  NOT NULL,
  UNIQUE (round, number)
) {strict};
