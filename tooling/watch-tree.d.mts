export function watchTree(folder: string, onChange: (name: string) => void): () => void;
