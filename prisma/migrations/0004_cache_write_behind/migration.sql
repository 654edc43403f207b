-- CreateTable
CREATE TABLE "_cache_write_behind" (
    "partition" TEXT NOT NULL,
    "last_id" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,

    CONSTRAINT "_cache_write_behind_pkey" PRIMARY KEY ("partition")
);
