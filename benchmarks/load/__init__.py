"""The load: documents, processes, HTTP and real-time clients for any endpoint of the bench API."""
