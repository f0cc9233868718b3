-- +goose Up
-- Requests of programs that may be repeated: written with what they do, forgotten after a week. They are
-- bookkeeping and not in the trail.
CREATE TABLE request (
  id      {text}  NOT NULL PRIMARY KEY, -- hash of who asks and the key they chose
  content {text}  NOT NULL,             -- hash of all that was asked
  object  {text}  NOT NULL,             -- what it made; empty: nothing
  answer  {text}  NOT NULL,             -- what was answered where nothing was made
  made_at {int64} NOT NULL
) {strict};
CREATE INDEX request_by_age ON request (made_at);
