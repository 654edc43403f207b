CREATE EXTENSION citext;

-- CreateEnum
CREATE TYPE "Tint" AS ENUM ('RED', 'blue');

-- CreateEnum
CREATE TYPE "Extent" AS ENUM ('SMALL', 'LARGE');

-- CreateTable
CREATE TABLE "Spelling" (
    "id" INTEGER NOT NULL,
    "int" INTEGER,
    "big" BIGINT,
    "flag" BOOLEAN,
    "float" DOUBLE PRECISION,
    "real" REAL,
    "decimal" DECIMAL(65,30),
    "price" DECIMAL(8,2),
    "text" TEXT,
    "varchar" VARCHAR(3),
    "char" CHAR(3),
    "citext" CITEXT,
    "uuid" UUID,
    "date" DATE,
    "stamp" TIMESTAMP(3),
    "second" TIMESTAMP(0),
    "zoned" TIMESTAMPTZ(6),
    "time" TIME(3),
    "bytes" BYTEA,
    "json" JSONB,
    "colour" "Tint",
    "size" "Extent",
    "list" INTEGER[],
    "another name" TEXT,

    CONSTRAINT "Spelling_pkey" PRIMARY KEY ("id")
);
