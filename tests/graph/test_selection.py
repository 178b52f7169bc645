"""Source: AppSync developer guide, "Real-time data"; aws-amplify/amplify-category-api#1338."""

from graph.harness import executor, request

POST = {"id": "1", "title": "t", "ups": 2, "meta": '{"a":1}'}


def plan(text, variables=None):
    return executor().subscribe(request(text, variables))


def test_a_subscriber_gets_its_own_selection_of_what_was_published():
    text = "subscription { p: onPost { i: id title __typename } }"
    assert plan(text).render(POST) == {
        "data": {"p": {"i": "1", "title": "t", "__typename": "Post"}}
    }


def test_what_the_mutation_did_not_select_is_null_or_an_error():
    assert plan("subscription { onPost { id ups author { id } } }").render({"id": "1"}) == {
        "data": {"onPost": {"id": "1", "ups": None, "author": None}}
    }
    assert plan("subscription { onPost { id title } }").render({"id": "1"}) == {
        "data": {"onPost": None},
        "errors": [
            {
                "message": "Cannot return null for non-nullable type: 'String' within parent"
                " 'Post' (/onPost/title)",
                "path": ["onPost", "title"],
            }
        ],
    }


def test_awsjson_arrives_encoded_twice():
    """awslabs/aws-mobile-appsync-sdk-js#533."""
    assert plan("subscription { onPost { meta } }").render(POST) == {
        "data": {"onPost": {"meta": '"{\\"a\\":1}"'}}
    }


def test_abstract_types_go_by_the_published_type_name():
    rendered = plan("subscription { onNode { id kind: __typename ... on Post { title } } }").render(
        {"__typename": "Post", **POST}
    )
    assert rendered == {"data": {"onNode": {"id": "1", "kind": "Post", "title": "t"}}}
    assert plan("subscription { onNode { id } }").render({"id": "1"})["data"] == {"onNode": None}


def test_resolvers_below_do_not_run_again():
    engine = executor({"Post.comments": lambda call: 1 / 0})
    subscription = engine.subscribe(request("subscription { onPost { comments { id } } }"))
    assert subscription.render({"comments": [{"id": "c"}]}) == {
        "data": {"onPost": {"comments": [{"id": "c"}]}}
    }


def test_equal_keys_for_equal_frames():
    engine = executor()

    def key(text, variables=None):
        return engine.subscribe(request(text, variables)).key

    text = "subscription ($b: Boolean!) { onPost(id: %s) { id title @skip(if: $b) } }"
    assert key(text % 1, {"b": True}) == key(text % 2, {"b": True})
    assert key(text % 1, {"b": True}) != key(text % 1, {"b": False})
    assert key("subscription { onPost { id } }") != key("subscription { onPost { title } }")
    assert len({key(text % 1, {"b": True}), key(text % 1, {"b": True})}) == 1
