"""The tables that are no agency's, here where Django looks for them."""

from sift_site.working.beats import Beat as Beat
from sift_site.working.duty import Duty as Duty
