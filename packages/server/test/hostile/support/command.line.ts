import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The options and words of a harness's command line. With `--help` it prints `help` and ends; with anything that the
 * harness does not know it prints one sentence and `help`, and ends with 1.
 */
export function readCommandLine<Options extends NonNullable<ParseArgsConfig['options']>>(
  help: string,
  options: Options,
  allowPositionals: boolean,
) {
  try {
    const all = { ...options, help: { type: 'boolean' } } as Options & { help: { type: 'boolean' } };
    const { values, positionals } = parseArgs({ options: all, allowPositionals });
    if ('help' in values && values.help === true) {
      console.log(help);
      process.exit(0);
    }
    return { values, positionals };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(1);
  }
}
