/**
 * Rewrites a 64-bit little-endian ELF library that was linked against a newer glibc so that an older one loads it.
 *
 * A symbol compiled against glibc 2.38 asks for a version that glibc 2.36 does not define, although the function
 * itself has been there for decades: `__isoc23_strtol` is `strtol` with C23's binary literals, `fmod` is the same
 * function without its error wrapper. Layout: System V ABI, "Symbol Versioning" of the LSB core specification 10.7.
 */

const SECTION_DYNAMIC_SYMBOLS = 11;
const SECTION_VERSION_NEEDS = 0x6ffffffe;
const SECTION_VERSION_OF_SYMBOL = 0x6fffffff;
const SYMBOL_SIZE = 24;
/** VER_FLG_WEAK: the loader accepts that the version is missing. */
const WEAK_FLAG = 2;
/** VER_NDX_GLOBAL: the symbol asks for no particular version. */
const UNVERSIONED = 1;
const C23_PREFIX = '__isoc23_';
/** Symbols that exist under the same name, with the same behaviour, in every glibc since 2.2.5. */
const SAME_IN_OLD_GLIBC = new Set(['fmod']);

interface Section {
  type: number;
  offset: number;
  size: number;
  link: number;
}

/**
 * Patches `image` in place for a glibc of the given version and returns how many symbols it moved.
 * Throws an error naming the symbol when one of them has no older namesake.
 */
export function lowerGlibcVersion(image: Buffer, available: string): number {
  if (image.readUInt32BE(0) !== 0x7f454c46 || image[4] !== 2 || image[5] !== 1) {
    throw new Error('not a 64-bit little-endian ELF file');
  }
  const sections = readSections(image);
  const needs = findSection(sections, SECTION_VERSION_NEEDS);
  const missing = weakenNewerVersions(image, needs, sectionAt(sections, needs.link), available);
  if (missing.size === 0) return 0;

  const symbols = findSection(sections, SECTION_DYNAMIC_SYMBOLS);
  const names = sectionAt(sections, symbols.link);
  const versions = findSection(sections, SECTION_VERSION_OF_SYMBOL);
  let moved = 0;
  for (let index = 1; index < symbols.size / SYMBOL_SIZE; index += 1) {
    const at = symbols.offset + index * SYMBOL_SIZE;
    const versionAt = versions.offset + index * 2;
    if (image.readUInt16LE(at + 6) !== 0 || !missing.has(image.readUInt16LE(versionAt) & 0x7fff)) continue;
    const name = readName(image, names.offset + image.readUInt32LE(at));
    if (name.startsWith(C23_PREFIX)) {
      // The old name is the tail of the new one, so the string table already holds it.
      image.writeUInt32LE(image.readUInt32LE(at) + C23_PREFIX.length, at);
    } else if (!SAME_IN_OLD_GLIBC.has(name)) {
      throw new Error(`the engine needs ${name}, which glibc ${available} does not have`);
    }
    image.writeUInt16LE(UNVERSIONED, versionAt);
    moved += 1;
  }
  return moved;
}

/** Marks every wanted GLIBC version above `available` as optional and returns their version indexes. */
function weakenNewerVersions(image: Buffer, needs: Section, names: Section, available: string): Set<number> {
  const missing = new Set<number>();
  let file = needs.offset;
  for (;;) {
    let entry = file + image.readUInt32LE(file + 8);
    for (let left = image.readUInt16LE(file + 2); left > 0; left -= 1) {
      const version = /^GLIBC_(\d+\.\d+)/.exec(
        readName(image, names.offset + image.readUInt32LE(entry + 8)),
      )?.[1];
      if (version !== undefined && isNewer(version, available)) {
        image.writeUInt16LE(image.readUInt16LE(entry + 4) | WEAK_FLAG, entry + 4);
        missing.add(image.readUInt16LE(entry + 6));
      }
      entry += image.readUInt32LE(entry + 12);
    }
    const step = image.readUInt32LE(file + 12);
    if (step === 0) return missing;
    file += step;
  }
}

function isNewer(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major > thanMajor || (major === thanMajor && minor > thanMinor);
}

function readSections(image: Buffer): Section[] {
  const table = Number(image.readBigUInt64LE(40));
  const entrySize = image.readUInt16LE(58);
  return Array.from({ length: image.readUInt16LE(60) }, (_, index) => {
    const at = table + index * entrySize;
    return {
      type: image.readUInt32LE(at + 4),
      offset: Number(image.readBigUInt64LE(at + 24)),
      size: Number(image.readBigUInt64LE(at + 32)),
      link: image.readUInt32LE(at + 40),
    };
  });
}

function findSection(sections: Section[], type: number): Section {
  const section = sections.find((candidate) => candidate.type === type);
  if (section === undefined) throw new Error(`ELF section of type ${type} is missing`);
  return section;
}

function sectionAt(sections: Section[], index: number): Section {
  const section = sections[index];
  if (section === undefined) throw new Error(`ELF section ${index} is missing`);
  return section;
}

function readName(image: Buffer, at: number): string {
  return image.toString('latin1', at, image.indexOf(0, at));
}
