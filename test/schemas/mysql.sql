-- The schema engine at hand writes no SQL for MySQL: this is sqlite.sql with the types that Prisma gives its columns, and with the foreign keys
-- last, where it puts them.

-- CreateTable
CREATE TABLE `Country` (
    `code` VARCHAR(191) NOT NULL PRIMARY KEY,
    `name` VARCHAR(191) NOT NULL,
    `region` VARCHAR(191) NOT NULL,
    `population` INTEGER
);

-- CreateTable
CREATE TABLE `City` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `name` VARCHAR(191) NOT NULL,
    `countryCode` VARCHAR(191) NOT NULL,
    `population` INTEGER NOT NULL,
    `latitude` DOUBLE NOT NULL,
    `longitude` DOUBLE NOT NULL,
    `views` INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE `User` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `email` VARCHAR(191) NOT NULL,
    `name` VARCHAR(191),
    `role` ENUM('READER', 'EDITOR', 'ADMIN') NOT NULL DEFAULT 'READER',
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updatedAt` DATETIME(3) NOT NULL,
    `managerId` INTEGER
);

-- CreateTable
CREATE TABLE `Profile` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `bio` VARCHAR(191) NOT NULL,
    `userId` INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE `posts` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `slug` VARCHAR(191) NOT NULL,
    `title` VARCHAR(191) NOT NULL,
    `body` VARCHAR(191) NOT NULL DEFAULT '',
    `published` BOOLEAN NOT NULL DEFAULT FALSE,
    `views` INTEGER NOT NULL DEFAULT 0,
    `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `author_id` INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE `Comment` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `text` VARCHAR(191) NOT NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `postId` INTEGER NOT NULL,
    `authorId` INTEGER
);

-- CreateTable
CREATE TABLE `Tag` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `name` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Team` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `name` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Membership` (
    `teamId` INTEGER NOT NULL,
    `userId` INTEGER NOT NULL,
    `role` ENUM('READER', 'EDITOR', 'ADMIN') NOT NULL DEFAULT 'READER',
    `joinedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    PRIMARY KEY (`teamId`, `userId`)
);

-- CreateTable
CREATE TABLE `Org` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `name` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Document` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `orgId` INTEGER NOT NULL,
    `slug` VARCHAR(191) NOT NULL,
    `title` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Section` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `documentId` INTEGER NOT NULL,
    `heading` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Paragraph` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `sectionId` INTEGER NOT NULL,
    `text` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Bookmark` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `label` VARCHAR(191) NOT NULL,
    `sectionId` INTEGER
);

-- CreateTable
CREATE TABLE `Currency` (
    `code` VARCHAR(191) NOT NULL PRIMARY KEY,
    `name` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Price` (
    `sku` VARCHAR(191) NOT NULL,
    `currencyCode` VARCHAR(191) NOT NULL,
    `cents` INTEGER NOT NULL,

    PRIMARY KEY (`sku`, `currencyCode`)
);

-- CreateTable
CREATE TABLE `PriceNote` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `sku` VARCHAR(191) NOT NULL,
    `currencyCode` VARCHAR(191) NOT NULL,
    `text` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Device` (
    `id` VARCHAR(191) NOT NULL PRIMARY KEY,
    `label` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Event` (
    `id` BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `kind` VARCHAR(191) NOT NULL,
    `payload` JSON
);

-- CreateTable
CREATE TABLE `Note` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `tenantId` VARCHAR(191) NOT NULL,
    `text` VARCHAR(191) NOT NULL
);

-- CreateTable
CREATE TABLE `Sample` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `int` INTEGER NOT NULL,
    `bigInt` BIGINT NOT NULL,
    `float` DOUBLE NOT NULL,
    `decimal` DECIMAL(65,30) NOT NULL,
    `boolean` BOOLEAN NOT NULL,
    `string` VARCHAR(191) NOT NULL,
    `dateTime` DATETIME(3) NOT NULL,
    `date` DATETIME(3) NOT NULL,
    `bytes` LONGBLOB NOT NULL,
    `json` JSON NOT NULL,
    `colour` ENUM('RED', 'GREEN', 'blue') NOT NULL,
    `intMaybe` INTEGER,
    `bigIntMaybe` BIGINT,
    `floatMaybe` DOUBLE,
    `decimalMaybe` DECIMAL(65,30),
    `booleanMaybe` BOOLEAN,
    `stringMaybe` VARCHAR(191),
    `dateTimeMaybe` DATETIME(3),
    `dateMaybe` DATETIME(3),
    `bytesMaybe` LONGBLOB,
    `jsonMaybe` JSON,
    `colourMaybe` ENUM('RED', 'GREEN', 'blue')
);

-- CreateTable
CREATE TABLE `Person` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `the handle` VARCHAR(191) NOT NULL,
    `score` INTEGER NOT NULL DEFAULT 0,
    `active` BOOLEAN NOT NULL DEFAULT true,
    `seen_at` DATETIME(3) NOT NULL,
    `mentorId` INTEGER
);

-- CreateTable
CREATE TABLE `books` (
    `isbn 13` VARCHAR(191) NOT NULL PRIMARY KEY,
    `title` VARCHAR(191) NOT NULL,
    `price` DECIMAL(65,30),
    `released` DATETIME(3),
    `stock` INTEGER NOT NULL DEFAULT 0,
    `written_by` VARCHAR(191),
    `editorId` INTEGER,
    `room` INTEGER,
    `row` INTEGER
);

-- CreateTable
CREATE TABLE `the shelves` (
    `room` INTEGER NOT NULL,
    `row` INTEGER NOT NULL,
    `label` VARCHAR(191) NOT NULL,

    PRIMARY KEY (`room`, `row`)
);

-- CreateTable
CREATE TABLE `_cache_write_behind` (
    `partition` VARCHAR(191) NOT NULL PRIMARY KEY,
    `last_id` VARCHAR(191) NOT NULL,
    `epoch` BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE `_PostToTag` (
    `A` INTEGER NOT NULL,
    `B` INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE `_Follows` (
    `A` INTEGER NOT NULL,
    `B` INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE `_Liked` (
    `A` VARCHAR(191) NOT NULL,
    `B` INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE `_Owned` (
    `A` VARCHAR(191) NOT NULL,
    `B` INTEGER NOT NULL
);

-- CreateIndex
CREATE INDEX `Country_region_idx` ON `Country`(`region`);

-- CreateIndex
CREATE INDEX `City_population_idx` ON `City`(`population`);

-- CreateIndex
CREATE INDEX `City_name_idx` ON `City`(`name`);

-- CreateIndex
CREATE INDEX `City_countryCode_population_idx` ON `City`(`countryCode`, `population`);

-- CreateIndex
CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);

-- CreateIndex
CREATE INDEX `User_managerId_idx` ON `User`(`managerId`);

-- CreateIndex
CREATE UNIQUE INDEX `Profile_userId_key` ON `Profile`(`userId`);

-- CreateIndex
CREATE UNIQUE INDEX `posts_slug_key` ON `posts`(`slug`);

-- CreateIndex
CREATE INDEX `posts_author_id_idx` ON `posts`(`author_id`);

-- CreateIndex
CREATE INDEX `Comment_postId_idx` ON `Comment`(`postId`);

-- CreateIndex
CREATE INDEX `Comment_authorId_idx` ON `Comment`(`authorId`);

-- CreateIndex
CREATE UNIQUE INDEX `Tag_name_key` ON `Tag`(`name`);

-- CreateIndex
CREATE UNIQUE INDEX `Team_name_key` ON `Team`(`name`);

-- CreateIndex
CREATE UNIQUE INDEX `Document_orgId_slug_key` ON `Document`(`orgId`, `slug`);

-- CreateIndex
CREATE INDEX `Section_documentId_idx` ON `Section`(`documentId`);

-- CreateIndex
CREATE INDEX `Paragraph_sectionId_idx` ON `Paragraph`(`sectionId`);

-- CreateIndex
CREATE INDEX `Bookmark_sectionId_idx` ON `Bookmark`(`sectionId`);

-- CreateIndex
CREATE INDEX `Note_tenantId_idx` ON `Note`(`tenantId`);

-- CreateIndex
CREATE UNIQUE INDEX `Person_the handle_key` ON `Person`(`the handle`);

-- CreateIndex
CREATE UNIQUE INDEX `Person_mentorId_key` ON `Person`(`mentorId`);

-- CreateIndex
CREATE INDEX `books_title_idx` ON `books`(`title`);

-- CreateIndex
CREATE INDEX `books_room_row_idx` ON `books`(`room`, `row`);

-- CreateIndex
CREATE UNIQUE INDEX `the shelves_label_key` ON `the shelves`(`label`);

-- CreateIndex
CREATE UNIQUE INDEX `_PostToTag_AB_unique` ON `_PostToTag`(`A`, `B`);

-- CreateIndex
CREATE INDEX `_PostToTag_B_index` ON `_PostToTag`(`B`);

-- CreateIndex
CREATE UNIQUE INDEX `_Follows_AB_unique` ON `_Follows`(`A`, `B`);

-- CreateIndex
CREATE INDEX `_Follows_B_index` ON `_Follows`(`B`);

-- CreateIndex
CREATE UNIQUE INDEX `_Liked_AB_unique` ON `_Liked`(`A`, `B`);

-- CreateIndex
CREATE INDEX `_Liked_B_index` ON `_Liked`(`B`);

-- CreateIndex
CREATE UNIQUE INDEX `_Owned_AB_unique` ON `_Owned`(`A`, `B`);

-- CreateIndex
CREATE INDEX `_Owned_B_index` ON `_Owned`(`B`);

-- AddForeignKey
ALTER TABLE `City` ADD CONSTRAINT `City_countryCode_fkey` FOREIGN KEY (`countryCode`) REFERENCES `Country` (`code`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `User` ADD CONSTRAINT `User_managerId_fkey` FOREIGN KEY (`managerId`) REFERENCES `User` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Profile` ADD CONSTRAINT `Profile_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `posts` ADD CONSTRAINT `posts_author_id_fkey` FOREIGN KEY (`author_id`) REFERENCES `User` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Comment` ADD CONSTRAINT `Comment_postId_fkey` FOREIGN KEY (`postId`) REFERENCES `posts` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Comment` ADD CONSTRAINT `Comment_authorId_fkey` FOREIGN KEY (`authorId`) REFERENCES `User` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Membership` ADD CONSTRAINT `Membership_teamId_fkey` FOREIGN KEY (`teamId`) REFERENCES `Team` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Membership` ADD CONSTRAINT `Membership_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Document` ADD CONSTRAINT `Document_orgId_fkey` FOREIGN KEY (`orgId`) REFERENCES `Org` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Section` ADD CONSTRAINT `Section_documentId_fkey` FOREIGN KEY (`documentId`) REFERENCES `Document` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Paragraph` ADD CONSTRAINT `Paragraph_sectionId_fkey` FOREIGN KEY (`sectionId`) REFERENCES `Section` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Bookmark` ADD CONSTRAINT `Bookmark_sectionId_fkey` FOREIGN KEY (`sectionId`) REFERENCES `Section` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Price` ADD CONSTRAINT `Price_currencyCode_fkey` FOREIGN KEY (`currencyCode`) REFERENCES `Currency` (`code`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `PriceNote` ADD CONSTRAINT `PriceNote_sku_currencyCode_fkey` FOREIGN KEY (`sku`, `currencyCode`) REFERENCES `Price` (`sku`, `currencyCode`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `Person` ADD CONSTRAINT `Person_mentorId_fkey` FOREIGN KEY (`mentorId`) REFERENCES `Person` (`id`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `books` ADD CONSTRAINT `books_written_by_fkey` FOREIGN KEY (`written_by`) REFERENCES `Person` (`the handle`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `books` ADD CONSTRAINT `books_editorId_fkey` FOREIGN KEY (`editorId`) REFERENCES `Person` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `books` ADD CONSTRAINT `books_room_row_fkey` FOREIGN KEY (`room`, `row`) REFERENCES `the shelves` (`room`, `row`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_PostToTag` ADD CONSTRAINT `_PostToTag_A_fkey` FOREIGN KEY (`A`) REFERENCES `posts` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_PostToTag` ADD CONSTRAINT `_PostToTag_B_fkey` FOREIGN KEY (`B`) REFERENCES `Tag` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Follows` ADD CONSTRAINT `_Follows_A_fkey` FOREIGN KEY (`A`) REFERENCES `Person` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Follows` ADD CONSTRAINT `_Follows_B_fkey` FOREIGN KEY (`B`) REFERENCES `Person` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Liked` ADD CONSTRAINT `_Liked_A_fkey` FOREIGN KEY (`A`) REFERENCES `books` (`isbn 13`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Liked` ADD CONSTRAINT `_Liked_B_fkey` FOREIGN KEY (`B`) REFERENCES `Person` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Owned` ADD CONSTRAINT `_Owned_A_fkey` FOREIGN KEY (`A`) REFERENCES `books` (`isbn 13`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_Owned` ADD CONSTRAINT `_Owned_B_fkey` FOREIGN KEY (`B`) REFERENCES `Person` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
