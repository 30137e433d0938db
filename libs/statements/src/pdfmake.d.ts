/** What is used of pdfmake; its own types would bring those of pdfkit. */
declare module 'pdfmake' {
  const pdfmake: {
    setFonts(fonts: object): void;
    setUrlAccessPolicy(isAllowed: (url: string) => boolean): void;
    setLocalAccessPolicy(isAllowed: (path: string) => boolean): void;
    createPdf(definition: object): { getBuffer(): Promise<Buffer> };
  };
  export default pdfmake;
}

/** Paths of its font files. */
declare module 'pdfmake/fonts/Roboto.js' {
  const fonts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  export default fonts;
}
