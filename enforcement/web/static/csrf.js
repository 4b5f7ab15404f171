// The token every write carries.
export const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
