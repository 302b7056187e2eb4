"""django-rest-framework: serializers of models, an authentication class, APIViews."""

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import Http404  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import exceptions, serializers  # noqa: E402
from rest_framework.authentication import BaseAuthentication  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from bench.servers import keyset, orm  # noqa: E402
from conversations.models import Message  # noqa: E402
from leads.models import Lead  # noqa: E402
from leads.models.choices import LeadStatus  # noqa: E402
from organisations.models import Change  # noqa: E402


class Caller:
    """What IsAuthenticated asks."""

    is_authenticated = True


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        key = orm.key_of(request.headers.get("Authorization"))
        if key is None:
            raise exceptions.AuthenticationFailed
        return Caller(), key

    def authenticate_header(self, request):
        return "Bearer"


class LeadSerializer(serializers.ModelSerializer):
    class Meta:
        model = Lead
        fields = orm.LEAD_FIELDS


class MessageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Message
        fields = orm.MESSAGE_FIELDS


class EventSerializer(serializers.ModelSerializer):
    actor = serializers.DictField()
    lead = LeadSerializer()

    class Meta:
        model = Change
        fields = (*orm.EVENT_FIELDS, "actor", "lead")

    def to_representation(self, change):
        shown = super().to_representation(change)
        shown |= {"from": change.from_value, "to": change.to_value}  # one is a word of Python's
        return shown if change.count is None else shown | {"count": change.count}


class EventQuerySerializer(serializers.Serializer):
    after = serializers.RegexField("^([0-9]+|latest)$", default="0")
    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)


class WindowSerializer(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    offset = serializers.IntegerField(min_value=0, default=0)
    cursor = serializers.CharField(required=False)
    since = serializers.DateTimeField(required=False)


class LeadQuerySerializer(WindowSerializer):
    status = serializers.ListField(
        child=serializers.ChoiceField(LeadStatus.choices), required=False
    )


class MessageQuerySerializer(WindowSerializer):
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=1000)


class StatusSerializer(serializers.Serializer):
    status = serializers.ChoiceField(keyset.STATUSES)


def understood(serializer):
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def page_response(page, serializer):
    return Response(
        {
            "data": serializer(page.data, many=True).data,
            "limit": page.limit,
            "offset": page.offset,
            "has_more": page.has_more,
            "next_cursor": page.next_cursor,
        }
    )


class KeyedView(APIView):
    authentication_classes = [KeyAuthentication]


class LeadList(KeyedView):
    def get(self, request):
        query = understood(LeadQuerySerializer(data=request.query_params))
        return page_response(orm.lead_page(request.auth, **query), LeadSerializer)


class LeadDetail(KeyedView):
    def get(self, request, lead_id):
        lead = orm.lead(request.auth, lead_id)
        if lead is None:
            raise Http404
        return Response(LeadSerializer(lead).data)


class LeadStatusView(KeyedView):
    def patch(self, request, lead_id):
        change = understood(StatusSerializer(data=request.data))
        lead = orm.change_status(request.auth, lead_id, change["status"])
        if lead is None:
            raise Http404
        return Response(LeadSerializer(lead).data)


class MessageList(KeyedView):
    def get(self, request, conversation_id):
        query = understood(MessageQuerySerializer(data=request.query_params))
        page = orm.message_page(request.auth, conversation_id, **query)
        if page is None:
            raise Http404
        return page_response(page, MessageSerializer)


class EventList(KeyedView):
    def get(self, request):
        query = understood(EventQuerySerializer(data=request.query_params))
        page = orm.event_page(request.auth, **query)
        return Response(
            {
                "data": EventSerializer(page.data, many=True).data,
                "position": page.position,
                "latest": page.latest,
                "has_more": page.has_more,
            }
        )


urlpatterns = [
    path("api/v1/leads", LeadList.as_view()),
    path("api/v1/leads/<uuid:lead_id>", LeadDetail.as_view()),
    path("api/v1/leads/<uuid:lead_id>/status", LeadStatusView.as_view()),
    path("api/v1/conversations/<uuid:conversation_id>/messages", MessageList.as_view()),
    path("api/v1/events", EventList.as_view()),
]
application = get_wsgi_application()
