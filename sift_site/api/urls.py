"""The routes that take a key, below /api/v1/. No trailing slashes (CONTRACT.md, section 2)."""

from sift_site.api.batch import capture_batch
from sift_site.api.capture import capture_conversation, capture_messages
from sift_site.api.conversations import (
    change_conversation_status,
    conversation_detail,
    conversation_list,
    message_list,
)
from sift_site.api.endpoint import route
from sift_site.api.events import event_list
from sift_site.api.leads import change_lead_status, lead_detail, lead_list
from sift_site.api.scores import lead_score
from sift_site.api.webhooks import (
    change_webhook_endpoint,
    create_webhook_endpoint,
    delete_webhook_endpoint,
    replay_webhook_endpoint,
    roll_webhook_secret,
    test_webhook_endpoint,
    webhook_delivery_list,
    webhook_endpoint_detail,
    webhook_endpoint_list,
)

# Ids are matched as any text and parsed after the key was checked, so that malformed, unknown and
# foreign ones share one answer.
urlpatterns = [
    route("leads", lead_list, name="lead-list"),
    route("leads/<str:lead_id>", lead_detail, name="lead-detail"),
    route("leads/<str:lead_id>/score", lead_score, name="lead-score"),
    route("leads/<str:lead_id>/status", change_lead_status, name="lead-status"),
    route("events", event_list, name="event-list"),
    route("conversations", conversation_list, capture_conversation, name="conversation-list"),
    route("conversations/batch", capture_batch, name="conversation-batch"),
    route(
        "conversations/<str:conversation_id>",
        conversation_detail,
        change_conversation_status,
        name="conversation-detail",
    ),
    route(
        "conversations/<str:conversation_id>/messages",
        message_list,
        capture_messages,
        name="message-list",
    ),
    route(
        "webhook-endpoints",
        webhook_endpoint_list,
        create_webhook_endpoint,
        name="webhook-endpoint-list",
    ),
    route(
        "webhook-endpoints/<str:endpoint_id>",
        webhook_endpoint_detail,
        change_webhook_endpoint,
        delete_webhook_endpoint,
        name="webhook-endpoint-detail",
    ),
    route(
        "webhook-endpoints/<str:endpoint_id>/test",
        test_webhook_endpoint,
        name="webhook-endpoint-test",
    ),
    route(
        "webhook-endpoints/<str:endpoint_id>/roll-secret",
        roll_webhook_secret,
        name="webhook-endpoint-secret",
    ),
    route(
        "webhook-endpoints/<str:endpoint_id>/replay",
        replay_webhook_endpoint,
        name="webhook-endpoint-replay",
    ),
    route(
        "webhook-endpoints/<str:endpoint_id>/deliveries",
        webhook_delivery_list,
        name="webhook-delivery-list",
    ),
]
