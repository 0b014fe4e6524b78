"""From an alert to a new model: what tells the model pipeline that the data have drifted."""
