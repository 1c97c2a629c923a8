"""URLs."""
urlpatterns = []
