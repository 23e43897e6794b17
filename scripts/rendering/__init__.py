"""Text from templates: pure, without AWS and without CDKTF."""
