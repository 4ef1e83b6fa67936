// SPDX-License-Identifier: Apache-2.0
/** How much of an ELF file is read. Each is some times what the largest real files have. */

/** 4000 entries; Chromium has 90. */
export const MAX_DYNAMIC_BYTES = 64 * 1024;
/** A note segment; a distro's package metadata note has some hundred bytes. */
export const MAX_NOTE_BYTES = 64 * 1024;
/** Note segments, and note sections: real files have under 5. */
export const MAX_NOTES = 16;
/** An interpreter's path or a list of library folders. */
export const MAX_PATH_BYTES = 32 * 1024;
/** First part of the file in which linkers put the dynamic string table: libclang-cpp's ends at 14 MiB. */
export const MAX_HEAD_BYTES = 16 * 1024 * 1024;
/** In front of the dynamic section: Go's linker puts the string table there, behind the code. */
export const MAX_BEFORE_DYNAMIC_BYTES = 1024 * 1024;
/** Version needs behind the dynamic section, where patchelf may move them. */
export const MAX_VERSION_NEEDS_BYTES = 256 * 1024;
/** In front of program headers that are moved behind all else: BOLT puts them at the next multiple of 2 MiB. */
export const MAX_BEFORE_TABLE_BYTES = 8 * 1024 * 1024;
/** A table of section headers near the file's start. */
export const MAX_SECTION_TABLE_BYTES = 64 * 1024;
