"""What commands that are forked have read already: lifecycles and books as they ship."""

from service.serving import read_packaged

read_packaged()
