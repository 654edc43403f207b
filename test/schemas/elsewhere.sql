-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "other";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "other"."same" (
    "id" INTEGER NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "same_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "same" (
    "id" INTEGER NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "same_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "other"."Counted" (
    "id" SERIAL NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Counted_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "other"."_cache_write_behind" (
    "partition" TEXT NOT NULL,
    "last_id" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,

    CONSTRAINT "_cache_write_behind_pkey" PRIMARY KEY ("partition")
);

-- CreateTable
CREATE TABLE "Token" (
    "id" UUID NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Day" (
    "id" DATE NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Day_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Switch" (
    "id" BOOLEAN NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Switch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Visit" (
    "day" DATE NOT NULL,
    "token" UUID NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Visit_pkey" PRIMARY KEY ("day","token")
);

-- CreateTable
CREATE TABLE "Nick" (
    "id" CHAR(4) NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Nick_pkey" PRIMARY KEY ("id")
);
