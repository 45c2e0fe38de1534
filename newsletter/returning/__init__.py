"""Mail that comes back: bounces, delays, complaints, and people who unsubscribe by mail; the door of flufl.bounce."""
