// The ESLint rule behind import-directions.table.mjs.
import { dirname, relative, resolve, sep } from 'node:path';
import { root } from '../lib/paths.mjs';
import { homes, packages, serverLayers, typesOnlyLayers } from './import-directions.table.mjs';

const scope = '@parley/';

/**
 * @typedef {{ name: string, path: string, rules: (typeof packages)[keyof typeof packages] }} Home
 *   Package name, path inside its src folder without extension, its row of the table.
 */

/** @type {import('eslint').Rule.RuleModule} */
export const importDirections = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { wrong: '{{ reason }} (scripts/lint/import-directions.table.mjs)' },
  },
  create(context) {
    const home = findHome(context.filename);
    if (!home) return {};

    /**
     * @param {import('eslint').Rule.Node} node
     * @param {unknown} specifier
     * @param {boolean} isType
     */
    const check = (node, specifier, isType) => {
      if (typeof specifier !== 'string') return;
      const reason = specifier.startsWith('.')
        ? judgeFile(home, context.filename, specifier, isType)
        : judgePackage(home, specifier, isType);
      if (reason) context.report({ node, messageId: 'wrong', data: { reason } });
    };

    return {
      ImportDeclaration: (node) => check(node, node.source.value, isTypeOnly(node)),
      ExportNamedDeclaration: (node) => check(node, node.source?.value, isTypeOnly(node)),
      ExportAllDeclaration: (node) => check(node, node.source.value, isTypeOnly(node)),
      ImportExpression: (node) => check(node, /** @type {any} */ (node.source).value, false),
      TSImportType: (/** @type {any} */ node) => check(node, node.source?.value, true),
    };
  },
};

/** @param {any} node */
const isTypeOnly = (node) => node.importKind === 'type' || node.exportKind === 'type';

/**
 * @param {string} file
 * @returns {Home | undefined} Nothing for files outside of packages/<name>/src.
 */
function findHome(file) {
  const [top, name = '', src, ...rest] = relative(root, file).split(sep);
  const rules = packages[/** @type {keyof typeof packages} */ (name)];
  if (top !== 'packages' || src !== 'src' || !rules) return undefined;
  return { name, path: rest.join('/').replace(/\.[cm]?[jt]sx?$/, ''), rules };
}

/**
 * @param {Home} from
 * @param {string} file
 * @param {string} specifier
 * @param {boolean} isType
 */
function judgeFile(from, file, specifier, isType) {
  const to = findHome(resolve(dirname(file), specifier));
  if (!to)
    return specifier.endsWith('.json') ? undefined : `${specifier} is outside of packages/${from.name}/src`;
  if (to.name !== from.name) return `import the package ${scope}${to.name}, not its files`;
  if (from.name !== 'server') return undefined;

  const layer = layerOf(from);
  if (layer === undefined || layer === layerOf(to)) return undefined;
  const row = serverLayers[layer];
  if (!row) return `the folder ${layer} has no row in the table of import directions`;
  if (row.may.some((pattern) => matches(to.path, pattern))) return undefined;
  if (row.types?.some((pattern) => matches(to.path, pattern))) {
    return isType ? undefined : `${layer} may import only types from ${to.path}`;
  }
  return `${layer} may not import ${to.path}`;
}

/**
 * @param {Home} from
 * @param {string} specifier
 * @param {boolean} isType
 */
function judgePackage(from, specifier, isType) {
  const { name, rules } = from;
  if (specifier.startsWith('node:')) {
    if (!rules.node) return `${name} also runs in browsers and may not import ${specifier}`;
  } else if (specifier.startsWith(scope)) {
    const own = specifier.slice(scope.length);
    if (!(/** @type {string[]} */ (rules.own).includes(own))) return `${name} may not import ${specifier}`;
  } else if ('onlyPackages' in rules && !rules.onlyPackages.includes(packageName(specifier))) {
    return `${name} may not import ${specifier}`;
  }

  const layer = name === 'server' ? layerOf(from) : undefined;
  if (layer === undefined) return undefined;
  const allowed = homes[/** @type {keyof typeof homes} */ (packageName(specifier))];
  if (allowed && !allowed.includes(layer))
    return `${layer} may not know ${specifier}: only ${allowed.join(', ')} may`;
  if (typesOnlyLayers.includes(layer) && !isType) return `${layer} may import only types from ${specifier}`;
  return undefined;
}

/**
 * The first folder of a server file; nothing for main and app, which may import everything.
 * @param {Home} file
 */
function layerOf({ path }) {
  const [layer, ...rest] = path.split('/');
  return rest.length === 0 && (layer === 'main' || layer === 'app') ? undefined : layer;
}

/** @param {string} specifier */
const packageName = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/**
 * @param {string} path
 * @param {string} pattern
 */
function matches(path, pattern) {
  const source = pattern.replace(/[.]/g, '\\.').replace(/\*/g, '[^/]*');
  return new RegExp(`^${source}(/|$)`).test(path);
}
