-- Prisma reads views but writes no SQL for them.
CREATE VIEW "CountryStats" AS
SELECT
    "countryCode",
    count(*)::integer AS "cities",
    sum("population")::bigint AS "population",
    max("population") AS "largest"
FROM "City"
GROUP BY "countryCode";
