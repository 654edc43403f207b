-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Rank" AS ENUM ('LOW', 'MIDDLE', 'HIGH');

-- CreateEnum
CREATE TYPE "Paint" AS ENUM ('RED', 'GREEN', 'blue');

-- CreateTable
CREATE TABLE "Root" (
    "k" TEXT NOT NULL,
    "alt" TEXT NOT NULL,
    "flag" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Root_pkey" PRIMARY KEY ("k")
);

-- CreateTable
CREATE TABLE "Branch" (
    "rootKey" TEXT NOT NULL,
    "num" INTEGER NOT NULL,
    "rootKey2" TEXT NOT NULL,

    CONSTRAINT "Branch_pkey" PRIMARY KEY ("rootKey","num")
);

-- CreateTable
CREATE TABLE "Leaf" (
    "id" SERIAL NOT NULL,
    "rootKey" TEXT,
    "num" INTEGER,
    "other" TEXT,
    "text" TEXT NOT NULL DEFAULT 'a',

    CONSTRAINT "Leaf_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Knot" (
    "id" SERIAL NOT NULL,
    "x1" TEXT NOT NULL,
    "x2" TEXT NOT NULL,
    "n" INTEGER,
    "parentId" INTEGER,

    CONSTRAINT "Knot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Rack" (
    "id" SERIAL NOT NULL,
    "slug" TEXT NOT NULL,

    CONSTRAINT "Rack_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Thing" (
    "id" SERIAL NOT NULL,
    "rackId" INTEGER NOT NULL DEFAULT 1,
    "paint" "Paint" NOT NULL DEFAULT 'RED',
    "rank" "Rank" NOT NULL DEFAULT 'LOW',

    CONSTRAINT "Thing_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Gadget" (
    "uid" UUID NOT NULL,
    "label" TEXT NOT NULL,

    CONSTRAINT "Gadget_pkey" PRIMARY KEY ("uid")
);

-- CreateTable
CREATE TABLE "Wire" (
    "id" SERIAL NOT NULL,
    "uid" UUID,
    "big" BIGINT,
    "note" TEXT,

    CONSTRAINT "Wire_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Meter" (
    "num" BIGINT NOT NULL,
    "rank" "Rank" NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Meter_pkey" PRIMARY KEY ("num")
);

-- CreateTable
CREATE TABLE "Link" (
    "id" SERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "nextCode" TEXT,

    CONSTRAINT "Link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Shift" (
    "rank" "Rank" NOT NULL,
    "day" DATE NOT NULL,
    "text" VARCHAR(3) NOT NULL,

    CONSTRAINT "Shift_pkey" PRIMARY KEY ("rank","day")
);

-- CreateTable
CREATE TABLE "Entry" (
    "id" SERIAL NOT NULL,
    "rank" "Rank",
    "day" DATE,
    "name" TEXT NOT NULL DEFAULT 'b',
    "cost" DECIMAL(6,2),

    CONSTRAINT "Entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_Net" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Net_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "_GadgetToKnot" (
    "A" UUID NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_GadgetToKnot_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "Root_alt_key" ON "Root"("alt");

-- CreateIndex
CREATE UNIQUE INDEX "Knot_n_key" ON "Knot"("n");

-- CreateIndex
CREATE UNIQUE INDEX "Rack_slug_key" ON "Rack"("slug");

-- CreateIndex
CREATE INDEX "Thing_paint_idx" ON "Thing"("paint");

-- CreateIndex
CREATE INDEX "Thing_rank_idx" ON "Thing"("rank");

-- CreateIndex
CREATE UNIQUE INDEX "Link_code_key" ON "Link"("code");

-- CreateIndex
CREATE UNIQUE INDEX "Link_nextCode_key" ON "Link"("nextCode");

-- CreateIndex
CREATE UNIQUE INDEX "Entry_cost_key" ON "Entry"("cost");

-- CreateIndex
CREATE INDEX "_Net_B_index" ON "_Net"("B");

-- CreateIndex
CREATE INDEX "_GadgetToKnot_B_index" ON "_GadgetToKnot"("B");

-- AddForeignKey
ALTER TABLE "Branch" ADD CONSTRAINT "Branch_rootKey_fkey" FOREIGN KEY ("rootKey") REFERENCES "Root"("k") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Leaf" ADD CONSTRAINT "Leaf_rootKey_num_fkey" FOREIGN KEY ("rootKey", "num") REFERENCES "Branch"("rootKey", "num") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Leaf" ADD CONSTRAINT "Leaf_other_fkey" FOREIGN KEY ("other") REFERENCES "Root"("alt") ON DELETE SET NULL ON UPDATE SET NULL;

-- AddForeignKey
ALTER TABLE "Knot" ADD CONSTRAINT "Knot_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Knot"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Thing" ADD CONSTRAINT "Thing_rackId_fkey" FOREIGN KEY ("rackId") REFERENCES "Rack"("id") ON DELETE SET DEFAULT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Wire" ADD CONSTRAINT "Wire_uid_fkey" FOREIGN KEY ("uid") REFERENCES "Gadget"("uid") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Wire" ADD CONSTRAINT "Wire_big_fkey" FOREIGN KEY ("big") REFERENCES "Meter"("num") ON DELETE CASCADE ON UPDATE SET NULL;

-- AddForeignKey
ALTER TABLE "Link" ADD CONSTRAINT "Link_nextCode_fkey" FOREIGN KEY ("nextCode") REFERENCES "Link"("code") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Entry" ADD CONSTRAINT "Entry_rank_day_fkey" FOREIGN KEY ("rank", "day") REFERENCES "Shift"("rank", "day") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Net" ADD CONSTRAINT "_Net_A_fkey" FOREIGN KEY ("A") REFERENCES "Knot"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Net" ADD CONSTRAINT "_Net_B_fkey" FOREIGN KEY ("B") REFERENCES "Knot"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_GadgetToKnot" ADD CONSTRAINT "_GadgetToKnot_A_fkey" FOREIGN KEY ("A") REFERENCES "Gadget"("uid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_GadgetToKnot" ADD CONSTRAINT "_GadgetToKnot_B_fkey" FOREIGN KEY ("B") REFERENCES "Knot"("id") ON DELETE CASCADE ON UPDATE CASCADE;
