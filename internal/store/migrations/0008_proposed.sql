-- +goose Up
-- Lists that wait for a second organisation. The hash of statements (JSON, compressed) stands in the
-- approval, and with it in the trail. A row goes when the approval is decided.
CREATE TABLE proposed_batch (
  approval   {text}  NOT NULL PRIMARY KEY REFERENCES approval (id),
  doc        {text}  NOT NULL,
  statements {bytes} NOT NULL
) {strict};
