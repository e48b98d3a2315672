/** The published packages: folders of `packages/`, in the order in which they may use each other. */
export const packageNames = ['codec', 'routing', 'broker', 'client', 'cli', 'dashboard']
