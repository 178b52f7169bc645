"""Pure compute on graphql-core: schema, compiled plans, execution; nothing that waits."""
