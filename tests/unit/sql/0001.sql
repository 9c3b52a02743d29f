-- A seat has one owner at most; what is "sold" stays sold.
CREATE TABLE seat (no BIGINT PRIMARY KEY, owner TEXT UNIQUE, note TEXT);
INSERT INTO seat (no) VALUES (1);
INSERT INTO seat (no) VALUES (2);
