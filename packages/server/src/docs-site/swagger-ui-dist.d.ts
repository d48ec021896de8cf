/** The package brings no types; this is what Parley uses of it. */
declare module 'swagger-ui-dist/absolute-path.js' {
  /** Folder of Swagger UI's files. */
  export default function absolutePath(): string;
}
