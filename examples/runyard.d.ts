/** Files of text that examples import. What they see of their sandbox is declared by the type checker's own library. */
declare module "*.md" {
  const text: string;
  export default text;
}
