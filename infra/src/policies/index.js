// Plain JavaScript, because a policy runner of Pulumi's own would compile TypeScript: Node runs what it leads to as it is.
void import('./main.ts');
