-- CreateTable
CREATE TABLE "Person" (
    "id" SERIAL NOT NULL,
    "the handle" TEXT NOT NULL,
    "score" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "seen_at" TIMESTAMP(3) NOT NULL,
    "mentorId" INTEGER,

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "books" (
    "isbn 13" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "price" DECIMAL(8,2),
    "released" DATE,
    "stock" INTEGER NOT NULL DEFAULT 0,
    "written_by" TEXT,
    "editorId" INTEGER,
    "room" INTEGER,
    "row" INTEGER,

    CONSTRAINT "books_pkey" PRIMARY KEY ("isbn 13")
);

-- CreateTable
CREATE TABLE "the shelves" (
    "room" INTEGER NOT NULL,
    "row" INTEGER NOT NULL,
    "label" TEXT NOT NULL,

    CONSTRAINT "the shelves_pkey" PRIMARY KEY ("room","row")
);

-- CreateTable
CREATE TABLE "_Follows" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Follows_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "_Liked" (
    "A" TEXT NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Liked_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "_Owned" (
    "A" TEXT NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Owned_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "Person_the handle_key" ON "Person"("the handle");

-- CreateIndex
CREATE UNIQUE INDEX "Person_mentorId_key" ON "Person"("mentorId");

-- CreateIndex
CREATE INDEX "books_title_idx" ON "books"("title");

-- CreateIndex
CREATE INDEX "books_room_row_idx" ON "books"("room", "row");

-- CreateIndex
CREATE UNIQUE INDEX "the shelves_label_key" ON "the shelves"("label");

-- CreateIndex
CREATE INDEX "_Follows_B_index" ON "_Follows"("B");

-- CreateIndex
CREATE INDEX "_Liked_B_index" ON "_Liked"("B");

-- CreateIndex
CREATE INDEX "_Owned_B_index" ON "_Owned"("B");

-- AddForeignKey
ALTER TABLE "Person" ADD CONSTRAINT "Person_mentorId_fkey" FOREIGN KEY ("mentorId") REFERENCES "Person"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "books" ADD CONSTRAINT "books_written_by_fkey" FOREIGN KEY ("written_by") REFERENCES "Person"("the handle") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "books" ADD CONSTRAINT "books_editorId_fkey" FOREIGN KEY ("editorId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "books" ADD CONSTRAINT "books_room_row_fkey" FOREIGN KEY ("room", "row") REFERENCES "the shelves"("room", "row") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Follows" ADD CONSTRAINT "_Follows_A_fkey" FOREIGN KEY ("A") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Follows" ADD CONSTRAINT "_Follows_B_fkey" FOREIGN KEY ("B") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Liked" ADD CONSTRAINT "_Liked_A_fkey" FOREIGN KEY ("A") REFERENCES "books"("isbn 13") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Liked" ADD CONSTRAINT "_Liked_B_fkey" FOREIGN KEY ("B") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Owned" ADD CONSTRAINT "_Owned_A_fkey" FOREIGN KEY ("A") REFERENCES "books"("isbn 13") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Owned" ADD CONSTRAINT "_Owned_B_fkey" FOREIGN KEY ("B") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
