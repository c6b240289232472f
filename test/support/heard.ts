/** What the Worker logged and answered in the test that runs, to be searched for secrets after it. */
export const heard: { readonly to: string; readonly text: string }[] = [];
