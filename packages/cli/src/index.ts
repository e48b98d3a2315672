/** Nothing is built here yet. */
export {}
