"""The model room: from features to a released bundle."""
