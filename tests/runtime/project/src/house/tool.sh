#!/bin/sh
echo "tool of the house"
