#!/bin/sh
# Runs once, in an empty volume: a database of its own for each that keeps something.
set -eu
psql --set=ON_ERROR_STOP=1 --set=predictions="$PREDICTIONS_PASSWORD" --set=mlflow="$MLFLOW_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE predictions LOGIN PASSWORD :'predictions';
CREATE DATABASE predictions OWNER predictions;
CREATE ROLE mlflow LOGIN PASSWORD :'mlflow';
CREATE DATABASE mlflow OWNER mlflow;
SQL
