/** Rows whose values are those that the random arguments draw from. Ids that the database gives start at 1,000. */
export const differentialSeed = `
  DELETE FROM "Sample"; DELETE FROM "Note"; DELETE FROM "Event"; DELETE FROM "Device"; DELETE FROM "Price";
  DELETE FROM "Currency"; DELETE FROM "Bookmark"; DELETE FROM "Org"; DELETE FROM "Team"; DELETE FROM "Tag";
  DELETE FROM "User"; DELETE FROM "Country"; DELETE FROM "books"; DELETE FROM "Person"; DELETE FROM "the shelves";

  INSERT INTO "Country" VALUES ('a', 'a', 'c', 1), ('b', 'b', 'c', NULL), ('c', 'c', 'a', 3);
  INSERT INTO "City" (id, name, "countryCode", population, latitude, longitude) VALUES
    (1, 'a', 'a', 1, 0, 0), (2, 'b', 'a', 2, 1.5, 0), (3, 'c', 'b', 3, -2, 1.5);
  INSERT INTO "User" (id, email, name, role, "updatedAt", "managerId") VALUES
    (1, 'a', 'a', 'ADMIN', '2024-01-01', NULL), (2, 'b', NULL, 'EDITOR', '2024-01-01', 1), (3, 'c', 'a', 'READER', '2024-01-01', 1);
  INSERT INTO "Profile" VALUES (1, 'a', 1), (2, 'b', 2);
  INSERT INTO posts (id, slug, title, body, published, views, author_id) VALUES
    (1, 'a', 'a', 'a', true, 1, 1), (2, 'b', 'b', '', false, 2, 1), (3, 'c', 'a', 'b', true, 3, 2);
  INSERT INTO "Comment" (id, text, "postId", "authorId") VALUES (1, 'a', 1, 2), (2, 'b', 1, NULL), (3, 'c', 3, 1);
  INSERT INTO "Tag" VALUES (1, 'a'), (2, 'b'), (3, 'c');
  INSERT INTO "_PostToTag" VALUES (1, 1), (1, 2), (3, 1);
  INSERT INTO "Team" VALUES (1, 'a'), (2, 'b');
  INSERT INTO "Membership" ("teamId", "userId", role) VALUES (1, 1, 'ADMIN'), (1, 2, 'READER'), (2, 1, 'EDITOR');
  INSERT INTO "Org" VALUES (1, 'a'), (2, 'b');
  INSERT INTO "Document" VALUES (1, 1, 'a', 'a'), (2, 1, 'b', 'b'), (3, 2, 'a', 'c');
  INSERT INTO "Section" VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 3, 'a');
  INSERT INTO "Paragraph" VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
  INSERT INTO "Bookmark" VALUES (1, 'a', 1), (2, 'b', 3), (3, 'c', NULL);
  INSERT INTO "Currency" VALUES ('a', 'a'), ('b', 'b');
  INSERT INTO "Price" VALUES ('a', 'a', 1), ('a', 'b', 2), ('b', 'a', 3);
  INSERT INTO "PriceNote" VALUES (1, 'a', 'a', 'a'), (2, 'a', 'b', 'b');
  INSERT INTO "Device" VALUES ('6f9619ff-8b86-4d11-b42d-00c04fc964ff', 'a');
  INSERT INTO "Event" VALUES (1, 'a', '{"a": 1}'), (2, 'b', NULL);
  INSERT INTO "Note" VALUES (1, 'a', 'a'), (2, 'b', 'b');
  INSERT INTO "the shelves" VALUES (1, 1, 'a'), (1, 2, 'b');
  INSERT INTO "Person" (id, "the handle", score, active, seen_at, "mentorId") VALUES
    (1, 'a', 1, true, '2024-01-01', NULL), (2, 'b', 2, false, '2024-01-01', 1), (3, 'c', 1, true, '2024-01-01', 2);
  INSERT INTO books ("isbn 13", title, price, released, stock, written_by, "editorId", room, row) VALUES
    ('a', 'a', 1.5, '2024-01-01', 1, 'a', 1, 1, 1), ('b', 'b', NULL, NULL, 2, 'a', NULL, 1, 2), ('c', 'a', 2, '2024-01-01', 1, NULL, 2, NULL, NULL);
  INSERT INTO "_Follows" VALUES (1, 2), (2, 1), (3, 1);
  INSERT INTO "_Liked" VALUES ('a', 1), ('b', 2);
  INSERT INTO "_Owned" VALUES ('a', 2), ('c', 1);
`

/** Every run begins with the same next ids, so that two databases give the same. */
export const restartSequences = `
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
      PERFORM setval(format('%I', one.sequencename)::regclass, 1000, false);
    END LOOP;
  END $$;
`
