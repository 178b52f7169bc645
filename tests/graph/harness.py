"""A small API and the shortest way to ask it something."""

import asyncio
from typing import Any

from appsync_emu.core.api import SdlSource
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.graph.execute import Executor
from appsync_emu.graph.schema import Schema, build

SDL = """
interface Node { id: ID! name: String }
union Found = Post | Author
enum Color { RED GREEN }
type Author implements Node { id: ID! name: String posts: [Post!] }
type Post implements Node {
  id: ID!
  name: String
  title: String!
  ups: Int
  score: Float
  tags: [String!]
  when: AWSDateTime
  meta: AWSJSON
  color: Color
  author: Author
  comments(limit: Int = 10, after: String): [Comment]
}
type Comment { id: ID! text: String! }
input PostInput {
  id: ID! title: String = "none" color: Color tags: [String!] meta: AWSJSON phone: AWSPhone
}
type Query {
  hello(name: String): String
  need: String!
  post(id: ID!): Post
  posts(limit: Int = 2, ids: [ID!]): [Post!]!
  node(id: ID!): Node
  found: [Found]
  echo(i: Int, f: Float, s: String, b: Boolean, e: Color, p: PostInput, l: [Int]): AWSJSON
}
type Mutation { addPost(input: PostInput!): Post addPosts: [Post] setNode: Node touch: String! }
type Subscription {
  onPost(id: ID, title: String = "x"): Post @aws_subscribe(mutations: ["addPost"])
  onNode: Node @aws_subscribe(mutations: ["setNode"])
}
"""


def schema(sdl: str = SDL) -> Schema:
    return build([SdlSource("api.graphql", sdl)])


SCHEMA = schema()
"""Built once: a schema is not changed by those who use it."""


def request(query: str, variables: Any = None, operation: str | None = None) -> GraphqlRequest:
    return GraphqlRequest(query, variables or {}, operation, Identity(), {}, "r-1")


def executor(resolvers: Any = None, **options: Any) -> Executor:
    """An executor whose resolvers are given as ``{"Type.field": function}``."""
    return Executor(
        SCHEMA,
        {tuple(name.split(".")): call for name, call in (resolvers or {}).items()},
        **options,
    )


def ask(engine: Executor, query: str, variables: Any = None, operation: str | None = None) -> Any:
    """The answer, whether or not anything awaits."""
    answer = engine.execute(request(query, variables, operation))
    if isinstance(answer, dict):
        return answer

    async def wait() -> Any:
        return await answer

    return asyncio.run(wait())


async def turn() -> None:
    """One turn of the loop; no time passes."""
    await asyncio.sleep(0)  # noqa: TID251 - the shortest thing that awaits


def messages(answer: Any) -> list[str]:
    return [error["message"] for error in answer.get("errors", [])]
