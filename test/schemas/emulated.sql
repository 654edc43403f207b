-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

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

    CONSTRAINT "Thing_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_Net" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Net_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "Root_alt_key" ON "Root"("alt");

-- CreateIndex
CREATE INDEX "Branch_rootKey_idx" ON "Branch"("rootKey");

-- CreateIndex
CREATE INDEX "Leaf_rootKey_num_idx" ON "Leaf"("rootKey", "num");

-- CreateIndex
CREATE INDEX "Leaf_other_idx" ON "Leaf"("other");

-- CreateIndex
CREATE UNIQUE INDEX "Knot_n_key" ON "Knot"("n");

-- CreateIndex
CREATE INDEX "Knot_parentId_idx" ON "Knot"("parentId");

-- CreateIndex
CREATE UNIQUE INDEX "Rack_slug_key" ON "Rack"("slug");

-- CreateIndex
CREATE INDEX "Thing_rackId_idx" ON "Thing"("rackId");

-- CreateIndex
CREATE INDEX "_Net_B_index" ON "_Net"("B");
