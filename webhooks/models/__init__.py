"""Endpoints, what waits to be told to them anew, and the log of what was told."""

from webhooks.models.delivery import Delivery as Delivery
from webhooks.models.endpoint import Endpoint as Endpoint
from webhooks.models.endpoint import Include as Include
from webhooks.models.endpoint import OffBecause as OffBecause
from webhooks.models.waiting import Waiting as Waiting
