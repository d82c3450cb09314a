from validation.recorder import Recorder, Registered, record

__all__ = ["Recorder", "Registered", "record"]
