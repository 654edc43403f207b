/**
 * A few rows in every table, with ids that no sequence will give: what a test creates itself starts at 1,000.
 *
 * Deletes instead of truncating, which is ten times slower on small tables.
 */
export const seed = `
  DELETE FROM "Sample"; DELETE FROM "Note"; DELETE FROM "Event"; DELETE FROM "Device";
  DELETE FROM "Price"; DELETE FROM "Currency"; DELETE FROM "Bookmark"; DELETE FROM "Org";
  DELETE FROM "Team"; DELETE FROM "Tag"; DELETE FROM "User"; DELETE FROM "Country";

  INSERT INTO "Country" VALUES ('FR', 'France', 'Europe', 67), ('PE', 'Peru', 'Americas', 33), ('AQ', 'Antarctica', 'Antarctic', NULL);
  INSERT INTO "City" (id, name, "countryCode", population, latitude, longitude) VALUES
    (1, 'Paris', 'FR', 2100, 48.85, 2.35), (2, 'Lyon', 'FR', 500, 45.76, 4.83), (3, 'Nice', 'FR', 340, 43.7, 7.26),
    (4, 'Lima', 'PE', 9700, -12.04, -77.03), (5, 'Cusco', 'PE', 430, -13.53, -71.96);

  INSERT INTO "User" (id, email, name, role, "updatedAt", "managerId") VALUES
    (1, 'ada@x', 'Ada', 'ADMIN', '2024-01-01', NULL), (2, 'bob@x', 'Bob', 'EDITOR', '2024-01-01', 1),
    (3, 'cyd@x', NULL, 'READER', '2024-01-01', 1), (4, 'dan@x', 'Dan', 'READER', '2024-01-01', 2);
  INSERT INTO "Profile" VALUES (1, 'first', 1), (2, 'second', 2);
  INSERT INTO posts (id, slug, title, published, views, author_id) VALUES
    (1, 'one', 'One', true, 10, 1), (2, 'two', 'Two', false, 20, 1), (3, 'three', 'Three', true, 30, 2), (4, 'four', 'Four', false, 40, 4);
  INSERT INTO "Comment" (id, text, "postId", "authorId") VALUES (1, 'good', 1, 2), (2, 'bad', 1, NULL), (3, 'so so', 3, 1), (4, 'fine', 4, 2);
  INSERT INTO "Tag" VALUES (1, 'red'), (2, 'blue'), (3, 'green');
  INSERT INTO "_PostToTag" VALUES (1, 1), (1, 2), (3, 1);
  INSERT INTO "Team" VALUES (1, 'core'), (2, 'docs');
  INSERT INTO "Membership" ("teamId", "userId", role) VALUES (1, 1, 'ADMIN'), (1, 2, 'READER'), (2, 1, 'EDITOR');

  INSERT INTO "Org" VALUES (1, 'north'), (2, 'south');
  INSERT INTO "Document" VALUES (1, 1, 'a', 'A'), (2, 1, 'b', 'B'), (3, 2, 'a', 'Other A');
  INSERT INTO "Section" VALUES (1, 1, 'Intro'), (2, 1, 'Rest'), (3, 3, 'Intro');
  INSERT INTO "Paragraph" VALUES (1, 1, 'p1'), (2, 1, 'p2'), (3, 2, 'p3'), (4, 3, 'p4');
  INSERT INTO "Bookmark" VALUES (1, 'to 1', 1), (2, 'to 3', 3), (3, 'to none', NULL);

  INSERT INTO "Currency" VALUES ('EUR', 'Euro'), ('USD', 'Dollar');
  INSERT INTO "Price" VALUES ('apple', 'EUR', 100), ('apple', 'USD', 110), ('pear', 'EUR', 80);
  INSERT INTO "PriceNote" VALUES (1, 'apple', 'EUR', 'ripe'), (2, 'apple', 'USD', 'green');
  INSERT INTO "Device" VALUES ('6f9619ff-8b86-4d11-b42d-00c04fc964ff', 'phone');
  INSERT INTO "Event" VALUES (1, 'login', '{"ok": true}'), (2, 'login', 'null'), (3, 'logout', NULL);
  INSERT INTO "Note" VALUES (1, 'acme', 'a1'), (2, 'acme', 'a2'), (3, 'evil', 'e1'), (4, 'evil', 'e2'), (5, 'evil', 'e3');
`

export const startSequences = `
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
      PERFORM setval(format('%I', one.sequencename)::regclass, 1000, false);
    END LOOP;
  END $$;
`
