-- +goose Up
-- What people write in a consultation before it is sent. Bookkeeping, not acts: it changes without a row in
-- the trail, is its author's alone, and is deleted when it is sent, old, or its person is erased.

CREATE TABLE consultation_draft (
  id       {text}  NOT NULL PRIMARY KEY, -- becomes the id of the comment
  round    {int64} NOT NULL REFERENCES consultation_round (number),
  person   {text}  NOT NULL REFERENCES person (id),
  saved_at {int64} NOT NULL,
  doc      {text}  NOT NULL
) {strict};
CREATE INDEX consultation_draft_by_person ON consultation_draft (person, round);

-- What strangers wrote and have not confirmed yet. After a confirmation the row is gone, and the comment has its id.
CREATE TABLE consultation_waiting (
  id       {text}  NOT NULL PRIMARY KEY,
  round    {int64} NOT NULL REFERENCES consultation_round (number),
  saved_at {int64} NOT NULL,
  doc      {text}  NOT NULL
) {strict};
CREATE INDEX consultation_waiting_by_age ON consultation_waiting (saved_at);

-- Secrets that the program makes once and signs forms with.
CREATE TABLE form_key (
  name  {text} NOT NULL PRIMARY KEY,
  value {text} NOT NULL
) {strict};
